package dev.clasp.transport;

/** Decides who listens to a new connection. Called on its loop, before anything is delivered. */
@FunctionalInterface
public interface LinkAcceptor {
  FrameListener accept(FrameLink link);
}
