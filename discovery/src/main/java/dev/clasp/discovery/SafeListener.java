package dev.clasp.discovery;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events on. What the listener throws is logged: it must not end the thread of a source.
 *
 * @param mechanism of the source, for the log
 */
record SafeListener(Mechanism mechanism, Consumer<DiscoveryEvent> listener)
    implements Consumer<DiscoveryEvent> {

  private static final Logger LOG = LoggerFactory.getLogger(SafeListener.class);

  @Override
  public void accept(DiscoveryEvent event) {
    try {
      listener.accept(event);
    } catch (RuntimeException e) {
      LOG.error("whoever listens to discovery by {} has failed", mechanism, e);
    }
  }
}
