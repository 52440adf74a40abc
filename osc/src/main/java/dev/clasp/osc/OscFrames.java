package dev.clasp.osc;

/** What comes out of a stream. */
public interface OscFrames {

  /** A packet; the bytes hold until the call returns. */
  void packet(byte[] buffer, int offset, int length);

  /** Bytes were skipped, up to where the next packet seems to begin. */
  void damaged(String why);
}
