package dev.clasp.security;

import java.util.ArrayList;
import java.util.List;

/**
 * How often one may be wrong.
 *
 * @param failuresPerAddress different wrong tokens in a minute from one IP address (IPv6: from one
 *     /64 network)
 * @param failuresPerToken refusals in a minute of one token, whoever presents it
 */
public record LoginLimits(int failuresPerAddress, int failuresPerToken) {

  public static final LoginLimits DEFAULT = new LoginLimits(10, 10);

  /** What is wrong with it: a sentence each. */
  List<String> mistakes() {
    List<String> mistakes = new ArrayList<>();
    if (failuresPerAddress < 1 || failuresPerAddress > 100_000) {
      mistakes.add(
          "failed logins a minute from one address must be 1 to 100000, not " + failuresPerAddress);
    }
    if (failuresPerToken < 1 || failuresPerToken > 100_000) {
      mistakes.add(
          "failed logins a minute with one token must be 1 to 100000, not " + failuresPerToken);
    }
    return mistakes;
  }
}
