package dev.clasp.bridge;

/** What a bridge counts. Guarded by the bridge. */
final class BridgeTally {
  long in;
  long out;
  long received;
  long dropped;
  long limited;
  long coalesced;
  long echoes;
  long loops;
  long unmapped;
  long errors;
  long restarts;
  long reconnects;
  long bytesIn;
  long bytesOut;

  BridgeStatus.Counts counts(long waitingIn, long waitingOut) {
    return new BridgeStatus.Counts(
        in,
        out,
        received,
        dropped,
        limited,
        coalesced,
        echoes,
        loops,
        unmapped,
        errors,
        restarts,
        reconnects,
        bytesIn,
        bytesOut,
        waitingIn,
        waitingOut);
  }
}
