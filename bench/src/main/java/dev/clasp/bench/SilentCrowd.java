package dev.clasp.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections that say nothing, half a request, half a frame, or become a WebSocket and then say
 * nothing. What the server closes is opened again, so that there are always as many. One thread.
 */
final class SilentCrowd implements AutoCloseable {

  private static final String UPGRADE =
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Protocol: clasp\r\n\r\n";

  /** What each of them says, in turn. */
  private static final List<byte[]> WORDS =
      List.of(
          new byte[0],
          "GET / HTTP/1.1\r\nHost: localh".getBytes(StandardCharsets.US_ASCII),
          new byte[] {0, 0, 0, 40, 0x53},
          UPGRADE.getBytes(StandardCharsets.US_ASCII));

  private final InetSocketAddress address;
  private final Selector selector;
  private final AtomicInteger open = new AtomicInteger();
  private final Thread thread = Thread.ofPlatform().name("bench-silence").unstarted(this::tend);
  private volatile boolean closing;

  private SilentCrowd(InetSocketAddress address) throws IOException {
    this.address = address;
    this.selector = Selector.open();
  }

  /**
   * Opens so many, and keeps them open.
   *
   * @throws BenchException they cannot be opened
   */
  static SilentCrowd around(URI uri, int count) {
    int port = uri.getPort() < 0 ? 80 : uri.getPort();
    try {
      SilentCrowd crowd = new SilentCrowd(new InetSocketAddress(uri.getHost(), port));
      for (int i = 0; i < count; i++) {
        crowd.connect(i);
      }
      crowd.thread.start();
      return crowd;
    } catch (IOException e) {
      throw new BenchException("cannot open " + count + " connections: " + e.getMessage(), e);
    }
  }

  /** Those that are open now. */
  int size() {
    return open.get();
  }

  private void connect(int number) throws IOException {
    SocketChannel channel = SocketChannel.open(address);
    channel.write(ByteBuffer.wrap(WORDS.get(number % WORDS.size())));
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, number);
    open.incrementAndGet();
  }

  private void tend() {
    ByteBuffer ignored = ByteBuffer.allocate(1024);
    try {
      while (!closing) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (ended((SocketChannel) key.channel(), ignored.clear())) {
            key.channel().close();
            open.decrementAndGet();
            if (!closing) {
              connect((Integer) key.attachment());
            }
          }
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException e) {
      // The figure for the connections that are left tells of it.
    }
  }

  private static boolean ended(SocketChannel channel, ByteBuffer ignored) {
    try {
      return channel.read(ignored) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  /** Closes all of them. */
  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    try {
      thread.join();
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      // They end with the process.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
