package dev.clasp.bench;

import java.net.URI;
import java.util.OptionalLong;

/**
 * What is measured: a server that runs already. Whoever started it closes it; {@link Bench} does
 * not.
 */
public interface BenchTarget extends AutoCloseable {

  /** Name of the column in tables. */
  String name();

  /** {@code ws://}, {@code wss://} or {@code tcp://}. */
  URI uri();

  /**
   * The server's process, if it runs on this machine and is known: for its CPU time and memory. The
   * own process if the server is embedded; its figures then contain those of the load generator.
   */
  OptionalLong pid();

  @Override
  default void close() {}

  /** A server somewhere. */
  static BenchTarget at(URI uri) {
    return new RunningTarget("target", uri, OptionalLong.empty());
  }

  /** A server in a process of this machine. */
  static BenchTarget at(URI uri, long pid) {
    return new RunningTarget("target", uri, OptionalLong.of(pid));
  }

  /** A server inside this process. */
  static BenchTarget embedded(URI uri) {
    return new RunningTarget("target", uri, OptionalLong.of(ProcessHandle.current().pid()));
  }
}
