package dev.clasp.bridge;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.transform.GestureStep;
import dev.clasp.transform.MappedSignal;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Contacts that a bridge has begun in the router. Routers tell a sender nothing of its own
 * gestures, but for moves that the published one has gathered and tells everybody (router.md 4.7):
 * those must not go back to the device.
 *
 * <p>If somebody else begins one with the same address and id, it is his. Bounded. Not thread-safe.
 */
final class OwnContacts {

  private static final int MAX_CONTACTS = 4096;

  private record Contact(String address, int id) {}

  private final Set<Contact> contacts = new LinkedHashSet<>();

  /** Takes note of what goes to the router. */
  void sent(MappedSignal signal) {
    if (signal.gesture().isEmpty()) {
      return;
    }
    GestureStep step = signal.gesture().get();
    Contact contact = new Contact(signal.address(), step.id());
    if (step.phase() == GesturePhase.START) {
      contacts.add(contact);
      if (contacts.size() > MAX_CONTACTS) {
        contacts.remove(contacts.iterator().next());
      }
    } else if (step.last()) {
      contacts.remove(contact);
    }
  }

  /** Is what the router tells one's own? */
  boolean isEcho(MappedSignal signal) {
    if (signal.gesture().isEmpty()) {
      return false;
    }
    Contact contact = new Contact(signal.address(), signal.gesture().get().id());
    if (!signal.isMove()) {
      contacts.remove(contact);
      return false;
    }
    return contacts.contains(contact);
  }
}
