// A server with moods, for the tests of the bridge. Prints what it gets, one line each.
import http from 'node:http';
import https from 'node:https';
import fs from 'node:fs';

const tls = process.argv.length > 2
  ? { cert: fs.readFileSync(process.argv[2]), key: fs.readFileSync(process.argv[3]),
      ca: fs.readFileSync(process.argv[4]), requestCert: true, rejectUnauthorized: true }
  : undefined;
const seen = new Map();
const nth = path => { const n = (seen.get(path) ?? 0) + 1; seen.set(path, n); return n; };
let temperature = 20.5;

function answer(request, response, body) {
  const url = new URL(request.url, 'http://x');
  const say = (status, text = '', headers = {}) => {
    response.writeHead(status, headers); response.end(text);
  };
  const json = (value, headers = {}) =>
    say(200, JSON.stringify(value), { 'Content-Type': 'application/json', ...headers });
  console.log('REQ ' + JSON.stringify({ method: request.method, url: request.url,
    headers: request.headers, body: body.toString('utf8'), hex: body.toString('hex') }));
  const parts = url.pathname.split('/');
  switch (parts[1]) {
    case 'fail': return nth(url.pathname) <= Number(parts[2]) ? say(500, 'no') : say(200);
    case 'busy': return nth(url.pathname) === 1 ? say(429, 'wait', { 'Retry-After': '7' }) : say(200);
    case 'closed': return nth(url.pathname) === 1 ? request.socket.destroy() : say(200);
    case 'slow': return nth(url.pathname) === 1 ? undefined : say(200);
    case 'never': return say(Number(parts[2]), 'never');
    case 'elsewhere': return say(Number(parts[2]), '', { Location: url.searchParams.get('to') });
    case 'hot':
      if (parts[2]) { temperature = Number(parts[2]); return say(200); }
      if (request.headers['if-none-match'] === `"${temperature}"`) return say(304);
      return json({ sensor: { temp: temperature, name: 'stage' } }, { ETag: `"${temperature}"` });
    case 'document': return json(JSON.parse(fs.readFileSync(process.env.DOCUMENT)));
    case 'broken': return say(200, '{"temp": 1', { 'Content-Type': 'application/json' });
    case 'huge': return say(200, '"' + 'x'.repeat(3_000_000) + '"', { 'Content-Type': 'application/json' });
    case 'text': return say(200, 'Power: 12.5 W, Status: OK\n', { 'Content-Type': 'text/plain' });
    case 'api': return url.pathname.endsWith('/signals')
      ? json({ signals: [{ address: '/a', value: 1 }, { address: '/b', value: 'x' }], count: 2 })
      : say(200);
    case 'events': {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const last = Number(request.headers['last-event-id'] ?? 0);
      response.write(`retry: 1234\n: hello\n\n`);
      for (let id = last + 1; id <= last + 2; id++) {
        response.write(`id: ${id}\nevent: level\ndata: {"level":\ndata: ${id}}\n\n`);
      }
      if (parts[2] !== 'stay') response.end('data: this one is not finished');
      return undefined;
    }
    case 'hue-events':
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      return response.write(': hi\n\nid: 1634576695:0\ndata: [{"creationtime":"2021-10-18T17:04:55Z",'
        + '"data":[{"id":"77aa","on":{"on":true},"dimming":{"brightness":10},"type":"light"}],'
        + '"id":"9de1","type":"update"}]\n\n');
    case 'lines':
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      return response.end('{"level":1}\nnot json\r\n\n{"level":2}');
    default: return say(200, '{}', { 'Content-Type': 'application/json' });
  }
}

const handler = (request, response) => {
  const pieces = [];
  request.on('data', piece => pieces.push(piece));
  request.on('end', () => answer(request, response, Buffer.concat(pieces)));
};
const server = tls ? https.createServer(tls, handler) : http.createServer(handler);
server.on('tlsClientError', error => console.log('TLS ' + error.message));
server.listen(0, '127.0.0.1', () => console.log('PORT ' + server.address().port));
