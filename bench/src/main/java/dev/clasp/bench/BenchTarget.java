package dev.clasp.bench;

import dev.clasp.transport.ClientTls;
import java.net.URI;
import java.util.OptionalLong;

/**
 * What is measured: a server that runs already. Whoever started it closes it; {@link Bench} does
 * not.
 */
public interface BenchTarget extends AutoCloseable {

  /** Name of the column in tables. */
  String name();

  /** Any URL of a router. */
  URI uri();

  /** Whom to trust there. */
  default ClientTls tls() {
    return ClientTls.DEFAULT;
  }

  /** The same, with somebody else to trust. */
  default BenchTarget trusting(ClientTls tls) {
    return new RunningTarget(name(), uri(), pid(), tls);
  }

  /**
   * The server's process, if it runs on this machine and is known: for its CPU time and memory. The
   * own process if the server is embedded; its figures then contain those of the load generator.
   */
  OptionalLong pid();

  @Override
  default void close() {}

  /** A server somewhere. */
  static BenchTarget at(URI uri) {
    return new RunningTarget("target", uri, OptionalLong.empty(), ClientTls.DEFAULT);
  }

  /** A server in a process of this machine. */
  static BenchTarget at(URI uri, long pid) {
    return new RunningTarget("target", uri, OptionalLong.of(pid), ClientTls.DEFAULT);
  }

  /** A server inside this process. */
  static BenchTarget embedded(URI uri) {
    return new RunningTarget(
        "target", uri, OptionalLong.of(ProcessHandle.current().pid()), ClientTls.DEFAULT);
  }
}
