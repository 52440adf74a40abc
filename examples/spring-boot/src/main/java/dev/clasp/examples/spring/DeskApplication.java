package dev.clasp.examples.spring;

import dev.clasp.client.ClaspClient;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.stereotype.Service;

/** An application with the starter: a service that wants the client gets it. */
@SpringBootApplication
public class DeskApplication {

  public static void main(String[] args) {
    SpringApplication.run(DeskApplication.class, args);
  }

  /** Knows nothing of connections. */
  @Service
  public static class Lights {

    private final ClaspClient router;

    Lights(ClaspClient router) {
      this.router = router;
    }

    /** Returns the revision. */
    public long dim(int lamp, double level) {
      return router.blocking().set("/lights/" + lamp, level).revision().orElseThrow();
    }
  }
}
