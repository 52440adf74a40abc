package dev.clasp.bridgeartnet;

/** What a node tells of its ports, asked when it answers. */
interface PortState {

  /** Somebody sends this universe to us. */
  boolean receives(int portAddress);

  /** Two sources send it. */
  boolean merges(int portAddress);

  /** The last change wins, not the highest level. */
  boolean latestWins(int portAddress);

  /** We send it. */
  boolean sends(int portAddress);
}
