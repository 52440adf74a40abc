/**
 * The Java client.
 *
 * <p>{@link dev.clasp.client.ClaspClient} is the way in: one client is one connection to a router,
 * kept up by reconnecting. Its faces are asynchronous ({@link dev.clasp.client.ClaspClient}
 * itself), blocking ({@link dev.clasp.client.BlockingClient}) and reactive ({@link
 * java.util.concurrent.Flow.Publisher}); they share the connection and may be mixed.
 *
 * <h2>Threads</h2>
 *
 * <p>Everything public is thread-safe unless its Javadoc says otherwise. Calls never wait, except
 * those of the blocking face, {@code close()} and {@code connectBlocking()}.
 *
 * <ul>
 *   <li><b>The loop</b>, an event loop of the transport: reads, writes, correlates, reconnects. No
 *       code of the user runs there.
 *   <li><b>The dispatcher</b>, a daemon thread of the client: runs callbacks of subscriptions and
 *       the listener, one at a time, in the order in which the router sent what they are about. A
 *       callback may call anything of the client, the blocking face and {@code close()} included. A
 *       subscription with an executor of its own is served there instead and holds up nobody.
 *   <li><b>The completer</b>, virtual threads: completes the futures that the asynchronous face
 *       returned, and so runs what was chained to them. Code chained to a future should not wait
 *       for another future of the same client; let it use the blocking face or chain further.
 * </ul>
 *
 * <p>A callback that is too slow never holds up the loop. What waits for it is bounded by meaning:
 * see {@link dev.clasp.client.SubscribeOptions#capacity}.
 */
@NullMarked
package dev.clasp.client;

import org.jspecify.annotations.NullMarked;
