package dev.clasp.router;

import java.util.List;
import java.util.Optional;

/**
 * Some stored parameters, in the order of the bytes of their addresses.
 *
 * @param next where to go on, if there may be more: the address that was looked at last
 */
public record ParameterPage(List<ParameterStatus> parameters, Optional<String> next) {

  public ParameterPage {
    parameters = List.copyOf(parameters);
  }
}
