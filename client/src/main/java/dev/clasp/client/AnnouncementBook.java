package dev.clasp.client;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What this client has announced: a router forgets it some time after the session has ended, so it
 * is announced again on each new connection. Loop.
 *
 * <p>Announcements of one namespace add up; one that names everything that an older one named takes
 * its place. Bounded: beyond, the oldest is no longer repeated.
 */
final class AnnouncementBook {

  private static final int MAX_ENTRIES = 1024;

  private final long maxBytes;
  private final List<Request.Announcement> entries = new ArrayList<>();
  private long bytes;

  AnnouncementBook(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** It is sent. */
  void sent(Request.Announcement announcement) {
    if (entries.contains(announcement)) {
      return;
    }
    for (Iterator<Request.Announcement> all = entries.iterator(); all.hasNext(); ) {
      Request.Announcement older = all.next();
      if (older.namespace().equals(announcement.namespace())
          && announcement.addresses().containsAll(older.addresses())) {
        bytes -= older.size();
        all.remove();
      }
    }
    entries.add(announcement);
    bytes += announcement.size();
    while (entries.size() > MAX_ENTRIES || bytes > maxBytes) {
      bytes -= entries.removeFirst().size();
    }
  }

  /** The router has refused it, or its caller was told that it failed. */
  void remove(Request.Announcement announcement) {
    if (entries.remove(announcement)) {
      bytes -= announcement.size();
    }
  }

  boolean contains(Request.Announcement announcement) {
    return entries.contains(announcement);
  }

  /** In the order in which they were made. */
  List<Request.Announcement> all() {
    return List.copyOf(entries);
  }
}
