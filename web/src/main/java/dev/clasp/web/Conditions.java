package dev.clasp.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code If-Match} or {@code If-None-Match} (RFC 9110 section 13.1). The tag of a value is its
 * revision, so tags of others match nothing.
 *
 * @param any a star
 * @param revisions that are named
 */
record Conditions(boolean any, List<Long> revisions) {

  private static final Pattern TAG = Pattern.compile("\\s*(W/)?\"([^\"]*)\"\\s*(?:,|$)");
  private static final int MAX = 64;

  /**
   * @param weak whether weak tags match too
   * @throws ProblemException 400: the header cannot be read
   */
  static Optional<Conditions> of(ApiRequest request, String header, boolean weak) {
    Optional<String> text = request.header(header);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().strip().equals("*")) {
      return Optional.of(new Conditions(true, List.of()));
    }
    List<Long> revisions = new ArrayList<>();
    Matcher tag = TAG.matcher(text.get());
    int at = 0;
    int count = 0;
    while (at < text.get().length() && count++ < MAX && tag.find(at) && tag.start() == at) {
      if (tag.group(2).matches("[0-9]{1,20}") && (weak || tag.group(1) == null)) {
        try {
          revisions.add(Long.parseUnsignedLong(tag.group(2)));
        } catch (NumberFormatException e) {
          // No revision, so it matches nothing.
        }
      }
      at = tag.end();
    }
    if (at < text.get().length() || count == 0) {
      throw new ProblemException(
          Problem.badRequest(
              header + " must be * or tags in quotes as in ETag, for example \"17\""));
    }
    return Optional.of(new Conditions(false, revisions));
  }

  /** Whether something with this revision matches. */
  boolean match(long revision) {
    return any || revisions.contains(revision);
  }

  static String tag(long revision) {
    return "\"" + Long.toUnsignedString(revision) + "\"";
  }
}
