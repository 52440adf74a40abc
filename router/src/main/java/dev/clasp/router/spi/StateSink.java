package dev.clasp.router.spi;

/** Takes what the router tells about its state. Called without any lock, on the asker's thread. */
@FunctionalInterface
public interface StateSink {

  void accept(StateChange change);
}
