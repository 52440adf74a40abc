package dev.clasp.web;

import java.util.Locale;

/** What the HTTP API counts. */
public enum ApiCounter {
  REQUESTS,
  /** Answered with a status from 400 to 499. */
  REFUSED,
  /** Answered with a status of 500 or more. */
  FAILED,
  /** Event streams that were opened. */
  STREAMS,
  /** Refused for their host or origin. */
  FOREIGN,
  /** Refused because too much was asked at a time. */
  LIMITED;

  /** As it is shown. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
