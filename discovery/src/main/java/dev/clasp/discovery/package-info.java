/**
 * Finding CLASP servers and being found (discovery.md): mDNS and UDP broadcast on the local
 * network, a rendezvous server beyond it.
 *
 * <p>A {@link dev.clasp.discovery.DeviceSource} finds {@link dev.clasp.discovery.Device}s by one
 * mechanism; an {@link dev.clasp.discovery.Advertisement} is what a server says of itself through
 * all of them.
 *
 * <p>Threads: each mechanism has threads of its own and frees them when it is closed. Nothing here
 * runs on the event loops of a router.
 */
@NullMarked
package dev.clasp.discovery;

import org.jspecify.annotations.NullMarked;
