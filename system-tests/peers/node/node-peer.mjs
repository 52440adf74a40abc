// The published JavaScript client in Node.js.

import { WebSocket } from 'ws';

import { createClients } from './clients.mjs';
import { send, serve } from './lines.mjs';

// Node.js has a WebSocket of its own from version 22; the client asks for a global one.
globalThis.WebSocket = WebSocket;

serve(createClients(send));
