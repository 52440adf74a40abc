package dev.clasp.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The description of what is served over HTTP, against a validator that others made. */
class OpenApiTest {

  @Test
  void theDescriptionIsAValidOpenApiDocument() throws Exception {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Program validator =
        Program.start(
            "openapi-spec-validator",
            Installation.openApiValidator(
                Installation.root().resolve("docs/api/openapi.yaml").toString()),
            _ -> {},
            () -> end.complete(null));
    end.get(Patience.START.toSeconds(), TimeUnit.SECONDS);
    assertThat(validator.stop()).as(validator.transcript()).isZero();
    assertThat(validator.printed()).contains("OK");
  }
}
