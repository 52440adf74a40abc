package dev.clasp.transform;

import java.util.List;

/**
 * A curve that has a name.
 *
 * @param rising it can be turned around
 * @param points its values at equal steps from 0 to 1, the ends included
 */
public record CurveShape(String name, boolean rising, List<Double> points) {

  public CurveShape {
    points = List.copyOf(points);
  }
}
