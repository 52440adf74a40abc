package dev.clasp.webrtc;

/**
 * What we look at in a session description before native code sees it (RFC 8841, RFC 8839).
 *
 * @param maxMessage longest message that the peer takes, at most {@link Limits#MAX_MESSAGE}
 * @param candidates how many are in it
 */
record SessionDescription(int maxMessage, int candidates) {

  private static final String MAX_MESSAGE_SIZE = "a=max-message-size:";

  /**
   * Checks that this is a description of data channels and nothing else.
   *
   * @throws MalformedSignal it is not, or it has names of hosts in it
   */
  static SessionDescription check(String sdp) {
    if (sdp.length() > Limits.MAX_SDP) {
      throw new MalformedSignal("the session description has " + sdp.length() + " characters");
    }
    if (!sdp.startsWith("v=0\r\n") && !sdp.startsWith("v=0\n")) {
      throw new MalformedSignal("the session description does not begin with v=0");
    }
    if (!sdp.chars().allMatch(c -> (c >= ' ' && c != 0x7F) || c == '\r' || c == '\n')) {
      throw new MalformedSignal("the session description has control characters");
    }
    int media = 0;
    int candidates = 0;
    int maxMessage = Limits.MAX_MESSAGE;
    for (String line : sdp.split("\r?\n", -1)) {
      if (line.startsWith("m=")) {
        media++;
        if (!line.startsWith("m=application ")) {
          throw new MalformedSignal("the session description is about more than data");
        }
      } else if (line.startsWith("a=candidate:")) {
        Candidate.checkLine(line.substring(2));
        candidates++;
      } else if (line.startsWith(MAX_MESSAGE_SIZE)) {
        maxMessage = maxMessage(line.substring(MAX_MESSAGE_SIZE.length()));
      }
    }
    if (media != 1) {
      throw new MalformedSignal("the session description has " + media + " media sections");
    }
    if (candidates > Limits.MAX_CANDIDATES) {
      throw new MalformedSignal("the session description has " + candidates + " candidates");
    }
    return new SessionDescription(maxMessage, candidates);
  }

  /** An own description that tells the peer our limit and not the library's. */
  static String limited(String sdp) {
    return sdp.replaceAll(MAX_MESSAGE_SIZE + "[0-9]+", MAX_MESSAGE_SIZE + Limits.MAX_MESSAGE);
  }

  /** 0 means any size. */
  private static int maxMessage(String text) {
    if (!text.matches("[0-9]{1,18}")) {
      throw new MalformedSignal("max-message-size is no number");
    }
    long size = Long.parseLong(text);
    return size == 0 ? Limits.MAX_MESSAGE : (int) Math.min(size, Limits.MAX_MESSAGE);
  }
}
