package dev.clasp.transform;

import dev.clasp.protocol.Value;

/** Nothing happens. */
final class Identity extends Transform {

  Identity(Value definition) {
    super(definition, definition);
  }

  @Override
  Value run(Value value, TransformState state, Moment moment) {
    return value;
  }
}
