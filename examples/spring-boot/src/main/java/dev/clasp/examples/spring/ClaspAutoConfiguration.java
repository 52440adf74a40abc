package dev.clasp.examples.spring;

import dev.clasp.client.ClaspClient;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A {@link ClaspClient} for the application, unless it has one of its own. */
@AutoConfiguration
@EnableConfigurationProperties(ClaspProperties.class)
public class ClaspAutoConfiguration {

  /** Connected; closed with the application, which sends what still waits. */
  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  ClaspClient claspClient(ClaspProperties properties) {
    return ClaspClient.builder(properties.url())
        .name(properties.name())
        .token(properties.token())
        .awaitRouter(properties.awaitRouter())
        .connectTimeout(properties.connectTimeout())
        .requestTimeout(properties.requestTimeout())
        .connectBlocking();
  }

  /** Only where there is something that asks for health. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(HealthIndicator.class)
  static class Health {

    @Bean
    @ConditionalOnMissingBean(name = "claspHealthIndicator")
    ClaspHealthIndicator claspHealthIndicator(ClaspClient client) {
      return new ClaspHealthIndicator(client);
    }
  }
}
