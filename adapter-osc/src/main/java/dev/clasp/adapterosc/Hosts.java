package dev.clasp.adapterosc;

import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the machines that programs run on: how many sessions they have and what they may
 * still do in this second. Remembers a bounded number of those that have none. Thread-safe.
 */
final class Hosts {

  /** Machines without a session that are remembered. */
  static final int REMEMBERED = 4096;

  /** Answers to strangers in a second: to one host, to all. */
  private static final int TOLD_PER_HOST = 1;

  private static final int TOLD = 100;

  /** Tokens that one host may try in a second. */
  private static final int TOKENS = 5;

  private static final int TOTAL_UNPROVEN = 32;

  private final OscAdapterConfig config;
  private final Map<InetAddress, Host> hosts = new LinkedHashMap<>(64, 0.75f, true);
  private final Budget told;
  private final Budget unproven;
  private int sessions;

  Hosts(OscAdapterConfig config, long nowNanos) {
    this.config = config;
    this.told = new Budget(TOLD, TOLD, nowNanos);
    double all = (double) config.unprovenBytesPerSecond() * TOTAL_UNPROVEN;
    this.unproven = new Budget(all, all, nowNanos);
  }

  /** The record of a host. */
  synchronized Host of(InetAddress address, long now) {
    Host host = hosts.get(address);
    if (host == null) {
      host = new Host(now);
      hosts.put(address, host);
      forget();
    }
    return host;
  }

  private void forget() {
    // Those with sessions are bounded by the number of sessions.
    Iterator<Host> eldest = hosts.values().iterator();
    while (hosts.size() > REMEMBERED + sessions && eldest.hasNext()) {
      if (eldest.next().sessions == 0) {
        eldest.remove();
      }
    }
  }

  synchronized int sessions() {
    return sessions;
  }

  synchronized int records() {
    return hosts.size();
  }

  /** One machine. */
  final class Host {
    private final Budget messages;
    private final Budget bytes;
    private final Budget tokens;
    private final Budget answers;
    private int sessions;

    Host(long now) {
      int rate = config.maxMessagesPerSecond();
      this.messages = new Budget(rate, 2.0 * rate, now);
      this.bytes =
          new Budget(config.unprovenBytesPerSecond(), config.unprovenBytesPerSecond(), now);
      this.tokens = new Budget(TOKENS, TOKENS, now);
      this.answers = new Budget(TOLD_PER_HOST, TOLD_PER_HOST, now);
    }

    /** One session more; says why not. */
    Optional<String> enter() {
      synchronized (Hosts.this) {
        if (Hosts.this.sessions >= config.maxSessions()) {
          return Optional.of(
              "there are " + config.maxSessions() + " OSC sessions, and no room for more");
        }
        if (sessions >= config.maxSessionsPerHost()) {
          return Optional.of(
              "there are "
                  + config.maxSessionsPerHost()
                  + " OSC sessions of this address, and no room for more");
        }
        add(1);
        return Optional.empty();
      }
    }

    /** A peer of the configuration, for which there is always room. */
    void enterAnyway() {
      synchronized (Hosts.this) {
        add(1);
      }
    }

    void leave() {
      synchronized (Hosts.this) {
        add(-1);
      }
    }

    private void add(int count) {
      sessions += count;
      Hosts.this.sessions += count;
    }

    /** Messages come; false if they are too many. */
    boolean admit(int count, long now) {
      return messages.take(count, now);
    }

    boolean mayTryToken(long now) {
      return tokens.take(1, now);
    }

    /** May one who has no session be told why? Addresses can be forged, so that is rare. */
    boolean mayBeTold(long now) {
      return answers.take(1, now) && told.take(1, now);
    }

    /** Bytes go to somebody of this host who may be somebody else. */
    void sent(int count, long now) {
      bytes.spend(count, now);
      unproven.spend(count, now);
    }

    /** Nanoseconds until more may go there. */
    long waitNanos(long now) {
      return Math.max(bytes.debtNanos(now), unproven.debtNanos(now));
    }
  }
}
