package dev.clasp.adaptermqtt;

import java.util.Locale;

/** What the adapter counts. */
enum MqttCounter {
  CONNECTIONS,
  CONNECTED,
  SESSIONS,
  REFUSED,
  MESSAGES_IN,
  MESSAGES_OUT,
  PUBLICATIONS_REFUSED,
  DROPPED,
  EXPIRED,
  MALFORMED,
  TAKEN_OVER,
  RESUMED,
  WILLS,
  KEEP_ALIVE_TIMEOUTS;

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
