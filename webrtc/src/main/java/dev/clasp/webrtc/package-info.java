/**
 * Data channels between clients of a router, over WebRTC (transports.md 8).
 *
 * <p>{@link dev.clasp.webrtc.PeerToPeer} is the way in. Two clients find each other and exchange
 * offer, answer and candidates through the router; what they then send each other goes directly, or
 * through the router where no direct way exists. What is sent are bytes: their meaning is the
 * business of the two applications.
 *
 * <h2>Threads</h2>
 *
 * <ul>
 *   <li><b>The loop</b>, one daemon thread: all state of the protocol, and every call into the
 *       native library. Nothing there waits for anybody else's code.
 *   <li><b>The listener's thread</b>, a virtual one: runs the listener and the question whether a
 *       peer is admitted, one at a time, in order. It may call anything here and may wait.
 *   <li><b>Threads of the native library</b>: they only copy what arrived and hand it to the loop.
 * </ul>
 *
 * <p>Nothing holds a lock while it calls something else.
 *
 * <h2>Native code</h2>
 *
 * <p>Only {@code NativePeerConnections} and the classes inside it know the library. It is loaded
 * when the first connection is opened, not before.
 */
@NullMarked
package dev.clasp.webrtc;

import org.jspecify.annotations.NullMarked;
