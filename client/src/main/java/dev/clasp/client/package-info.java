/**
 * The Java client.
 *
 * <p>{@link dev.clasp.client.ClaspClient} is the way in ({@link dev.clasp.client.Clasp} the short
 * one): one client is one connection to a router, kept up by reconnecting. Its faces are
 * asynchronous ({@link dev.clasp.client.ClaspClient} itself), blocking ({@link
 * dev.clasp.client.BlockingClient}) and reactive ({@link java.util.concurrent.Flow.Publisher});
 * they share the connection and may be mixed.
 *
 * <h2>What there is</h2>
 *
 * <table>
 *   <caption>The operations, and where to read about them</caption>
 *   <tr><th>To</th><th>there is</th></tr>
 *   <tr><td>connect</td><td>{@link dev.clasp.client.ClaspClient.Builder}: names, several routers,
 *     tokens that are asked for again when they expire, TLS, limits, reconnecting; {@link
 *     dev.clasp.client.ClaspClient#discover()}</td></tr>
 *   <tr><td>write and read</td><td>{@code set} and {@code get}; records, enums and lists as values:
 *     {@link dev.clasp.client.Values}; conditions, lifetimes: {@link
 *     dev.clasp.client.SetOptions}</td></tr>
 *   <tr><td>change what others change too</td><td>{@link dev.clasp.client.ClaspClient#update}, {@code
 *     compareAndSet}, {@link dev.clasp.client.HeldLock}</td></tr>
 *   <tr><td>hear</td><td>{@code subscribe}, {@code signals}: {@link
 *     dev.clasp.client.SubscribeOptions}, {@link dev.clasp.client.Signal}, {@link
 *     dev.clasp.client.SignalQueue}</td></tr>
 *   <tr><td>have the whole state</td><td>{@link dev.clasp.client.View}, {@link
 *     dev.clasp.client.ClaspClient#list}; out of memory: {@link dev.clasp.client.Cached}</td></tr>
 *   <tr><td>send what passes</td><td>{@code emit}, {@link dev.clasp.client.StreamWriter}, {@link
 *     dev.clasp.client.GestureWriter}</td></tr>
 *   <tr><td>move in time</td><td>{@link dev.clasp.client.TimelineBuilder}, {@link
 *     dev.clasp.client.PlayedTimeline}; {@link dev.clasp.client.BundleBuilder#at} and {@link
 *     dev.clasp.client.ClaspClient#callOff}; the router's clock: {@link
 *     dev.clasp.client.ClaspClient#time}, {@link dev.clasp.client.ClockReading}</td></tr>
 *   <tr><td>describe and look up</td><td>{@link dev.clasp.client.DefinitionBuilder}, {@code announce},
 *     {@code query}</td></tr>
 *   <tr><td>be told</td><td>{@link dev.clasp.client.ClientEvent}, {@link
 *     dev.clasp.client.ClaspException}, {@link dev.clasp.client.Refusal}</td></tr>
 *   <tr><td>measure</td><td>{@link dev.clasp.client.ClaspClient#meters}, {@link
 *     dev.clasp.client.ClientMetrics}, {@link dev.clasp.client.Statistics}</td></tr>
 *   <tr><td>reach another client directly</td><td>{@code PeerToPeer.builder(client)} of the module
 *     {@code clasp-webrtc}: a data channel past the router, with the router as the way out</td></tr>
 * </table>
 *
 * <h2>While there is no connection</h2>
 *
 * <p>{@link dev.clasp.client.OfflinePolicy} says what becomes of operations: by default plain
 * writes wait, the newest of each address. Subscriptions, views and publishers stay and go on;
 * reads wait up to their limit; locks and gestures are over, and say so. {@link
 * dev.clasp.client.ClaspClient} says what is sent again after reconnecting.
 *
 * <h2>Threads</h2>
 *
 * <p>Everything public is thread-safe unless its Javadoc says otherwise. Calls never wait, except
 * those of the blocking face, {@code close()} and {@code connectBlocking()}. No lock is held while
 * code of the user runs.
 *
 * <ul>
 *   <li><b>The loop</b>, an event loop of the transport: reads, writes, correlates, reconnects. No
 *       code of the user runs there, {@link dev.clasp.client.ClientMetrics} excepted.
 *   <li><b>The dispatcher</b>, a daemon thread of the client or the builder's {@code executor}:
 *       runs callbacks of subscriptions and the listener, one at a time, in the order in which the
 *       router sent what they are about. A callback may call anything of the client, the blocking
 *       face and {@code close()} included. A subscription with an executor of its own is served
 *       there instead and holds up nobody.
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
