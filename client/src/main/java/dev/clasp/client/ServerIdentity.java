package dev.clasp.client;

import dev.clasp.protocol.Feature;
import java.util.Set;

/**
 * Who the router says it is.
 *
 * @param name for people
 * @param version of the protocol
 * @param features what it supports
 */
public record ServerIdentity(String name, int version, Set<Feature> features) {
  /** Copies the collections. */
  public ServerIdentity {
    features = Set.copyOf(features);
  }
}
