package dev.clasp.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A cable between a client and a server over TCP that passes everything on in small pieces, and can
 * be cut, or go dead without a word.
 */
final class Meddler implements AutoCloseable {

  private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
  private final InetSocketAddress target;
  private final int piece;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean dead;

  /**
   * @param piece bytes that are passed on at once
   */
  Meddler(InetSocketAddress target, int piece) throws IOException {
    this.target = target;
    this.piece = piece;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket near = door.accept();
        Socket far = new Socket(target.getAddress(), target.getPort());
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        sockets.add(near);
        sockets.add(far);
        Thread.ofVirtual().start(() -> pass(near, far));
        Thread.ofVirtual().start(() -> pass(far, near));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] b = new byte[piece];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(b); n >= 0; n = in.read(b)) {
        if (!dead) {
          out.write(b, 0, n);
        }
      }
      to.shutdownOutput();
    } catch (IOException e) {
      // Cut.
    }
  }

  /** Passes nothing on any more, and says so to nobody. */
  void goDead() {
    dead = true;
  }

  /** Cuts every connection: both sides get a reset. */
  void cut() throws IOException {
    for (Socket socket : sockets) {
      try {
        socket.setSoLinger(true, 0);
      } catch (SocketException e) {
        // Closed already.
      }
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    cut();
  }
}
