package dev.clasp.discovery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a rendezvous server can be asked. Every call waits, for a bounded time, and throws {@link
 * RendezvousException} if it does not work out.
 */
interface Rendezvous {

  Receipt register(Registration registration);

  void refresh(String id);

  void unregister(String id, Duration timeout);

  List<RegisteredDevice> discover(Optional<String> tag, Optional<String> feature, Duration timeout);
}
