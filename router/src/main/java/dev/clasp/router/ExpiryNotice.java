package dev.clasp.router;

/** Whether subscribers are told, by a SET to null, that a parameter has expired. */
public enum ExpiryNotice {
  /** Never. */
  NONE,
  /** Of parameters whose SET carried a lifetime: whoever gave it wants the end to be seen. */
  OWN_LIFETIME,
  /** Of all, those that end by the router's general lifetime too. */
  ALL
}
