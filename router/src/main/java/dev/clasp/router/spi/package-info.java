/** What the router asks of its surroundings: connections, event loops, time. Free of sockets. */
@NullMarked
package dev.clasp.router.spi;

import org.jspecify.annotations.NullMarked;
