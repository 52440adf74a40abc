package dev.clasp.router;

/** Whether subscribers are told, by a SET to null, that a parameter has ended. */
public enum ExpiryNotice {
  /** Never. */
  NONE,
  /**
   * Of parameters that have a lifetime of their own, from a SET, from a rule or announced, and of
   * those that end with their writer: whoever wants that wants the end to be seen.
   */
  OWN_LIFETIME,
  /** Of all, those that end by the router's general lifetime too. */
  ALL
}
