package dev.clasp.webrtc;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The peers that are known, a bounded number of them. Changed by the loop, read by all. */
final class Contacts {

  private final Map<String, Contact> contacts = new ConcurrentHashMap<>();

  Optional<Contact> find(String session) {
    return Optional.ofNullable(contacts.get(session));
  }

  /**
   * The one with this id, made if need be; then the one not heard of for longest makes room.
   *
   * @return empty when all are busy
   */
  Optional<Contact> meet(String session, long now) {
    Contact found = contacts.get(session);
    if (found != null) {
      found.seenAt = now;
      return Optional.of(found);
    }
    if (contacts.size() >= Limits.MAX_KNOWN) {
      Optional<Contact> oldest =
          contacts.values().stream()
              .filter(Contact::isIdle)
              .min(Comparator.comparingLong(each -> each.seenAt - now));
      if (oldest.isEmpty()) {
        return Optional.empty();
      }
      contacts.remove(oldest.get().session);
    }
    Contact made = new Contact(session, now);
    contacts.put(session, made);
    return Optional.of(made);
  }

  void remove(Contact contact) {
    contacts.remove(contact.session);
  }

  /** Forgets those that were not heard of for long. */
  void forgetOld(long now) {
    contacts
        .values()
        .removeIf(each -> each.isIdle() && now - each.seenAt > Limits.KNOWN_FOR.toNanos());
  }

  Collection<Contact> all() {
    return List.copyOf(contacts.values());
  }

  /** For the user, in the order of their ids. Any thread. */
  List<Peer> peers(long now) {
    return contacts.values().stream()
        .map(each -> each.peer(now))
        .sorted(Comparator.comparing(Peer::session))
        .toList();
  }
}
