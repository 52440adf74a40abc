package dev.clasp.router;

import org.jspecify.annotations.Nullable;

/**
 * Where an encoded message goes: to its receivers, or to the end of the bundle it is part of. Under
 * the lock of the address's stripe.
 */
interface Fanout {

  /** Takes {@link Lane#out} for every session of the route that wants the type, except one. */
  void send(Lane lane, Route route, int typeBit, @Nullable Session except);
}
