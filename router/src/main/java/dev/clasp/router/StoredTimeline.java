package dev.clasp.router;

import org.jspecify.annotations.Nullable;

/** The newest timeline of an address. Guarded by the lock of the address's stripe. */
final class StoredTimeline {

  final Address address;

  /** Who published it; perhaps ended by now. */
  final Session publisher;

  /** The payload of the PUBLISH, always with a timestamp if there was room for it. */
  final byte[] publish;

  @Nullable TimelinePlayer player;

  StoredTimeline(Address address, Session publisher, byte[] publish) {
    this.address = address;
    this.publisher = publisher;
    this.publish = publish;
  }
}
