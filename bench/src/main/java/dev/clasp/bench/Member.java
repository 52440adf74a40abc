package dev.clasp.bench;

/** A session and what listens to it. */
record Member<R extends LoadSession.Receiver>(LoadSession session, R receiver) {}
