/** HTTP services, webhooks and the HTTP API on a port of its own, as a bridge (bridges.md 9). */
@NullMarked
package dev.clasp.bridgehttp;

import org.jspecify.annotations.NullMarked;
