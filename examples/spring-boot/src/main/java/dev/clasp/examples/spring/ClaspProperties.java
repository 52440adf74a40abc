package dev.clasp.examples.spring;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code clasp.*} in the settings of an application.
 *
 * @param url of the router
 * @param name what the router shows to others
 * @param token empty for none
 * @param awaitRouter whether the application waits at its start until the router is there
 * @param connectTimeout for each attempt to connect
 * @param requestTimeout for each request
 */
@ConfigurationProperties("clasp")
public record ClaspProperties(
    @DefaultValue("ws://localhost:7330") String url,
    @DefaultValue("Spring Boot") String name,
    @DefaultValue("") String token,
    @DefaultValue("false") boolean awaitRouter,
    @DefaultValue("10s") Duration connectTimeout,
    @DefaultValue("5s") Duration requestTimeout) {

  /** Without the token. */
  @Override
  public String toString() {
    return "ClaspProperties[" + url + ", " + name + "]";
  }
}
