/** Programs that speak JSON over WebSockets, as a bridge (bridges.md 10). */
@NullMarked
package dev.clasp.bridgewebsocket;

import org.jspecify.annotations.NullMarked;
