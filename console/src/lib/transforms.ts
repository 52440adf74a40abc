import { valueOf } from './bridges';

/** What the router says of transforms (GET /admin/v1/transforms), and definitions as forms show them. */

export type ParameterKind =
  | 'number'
  | 'whole'
  | 'switch'
  | 'text'
  | 'choice'
  | 'table'
  | 'expression'
  | 'json_path'
  | 'curve'
  | 'condition'
  | 'transform'
  | 'transforms'
  | 'keys'
  | 'any';

/** What may stand there. */
export interface Limits {
  kind: ParameterKind;
  required?: boolean;
  least?: number;
  /** It must be more than this. */
  above?: number;
  most?: number;
}

export interface TransformParameter extends Limits {
  name: string;
  required: boolean;
  standard: unknown;
  choices: string[];
  help: string;
}

export interface TransformType {
  type: string;
  group: string;
  help: string;
  parameters: TransformParameter[];
}

export interface CurveShape {
  name: string;
  rising: boolean;
  points: number[];
}

export interface Catalogue {
  transforms: TransformType[];
  curves: CurveShape[];
}

/** One transform, with everything that stands in its definition. */
export interface Step {
  type: string;
  [parameter: string]: unknown;
}

function isStep(value: unknown): value is Step {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && typeof (value as Step).type === 'string'
  );
}

/** A definition as a list of steps; null if a form cannot show it. */
export function stepsOf(definition: unknown): Step[] | null {
  if (definition === undefined || definition === null) {
    return [];
  }
  if (typeof definition === 'string') {
    return definition.startsWith('=')
      ? [{ type: 'expression', expr: definition.slice(1).trim() }]
      : [{ type: definition }];
  }
  if (Array.isArray(definition)) {
    const steps: Step[] = [];
    for (const part of definition) {
      const inner = stepsOf(part);
      if (inner === null) {
        return null;
      }
      // A list in a list is one step: what is in it belongs together.
      steps.push(...(inner.length === 1 ? inner : [{ type: 'chain', transforms: part as unknown }]));
    }
    return steps;
  }
  if (!isStep(definition)) {
    return null;
  }
  return definition.type === 'chain' && Array.isArray(definition['transforms']) && Object.keys(definition).length === 2
    ? stepsOf(definition['transforms'])
    : [{ ...definition }];
}

/** The way back, as people write it; undefined for nothing. */
export function definitionOf(steps: readonly Step[]): unknown {
  const brief = steps.map((step) => {
    const keys = Object.keys(step);
    if (keys.length === 1) {
      return step.type;
    }
    return step.type === 'expression' && keys.length === 2 && typeof step['expr'] === 'string'
      ? `= ${step['expr']}`
      : step;
  });
  return brief.length === 0 ? undefined : brief.length === 1 ? brief[0] : brief;
}

/** A new step with an example of everything that must be there. */
export function newStep(type: TransformType): Step {
  const step: Step = { type: type.type };
  for (const parameter of type.parameters) {
    if (parameter.required) {
      step[parameter.name] = exampleOf(parameter);
    }
  }
  return step;
}

function exampleOf(parameter: TransformParameter): unknown {
  switch (parameter.kind) {
    case 'number':
    case 'whole':
      return parameter.name === 'threshold' || parameter.name === 'max_delta' ? 0.1 : (parameter.above ?? 0) + 1;
    case 'switch':
      return false;
    case 'choice':
      return parameter.choices[0] ?? '';
    case 'expression':
      return 'value';
    case 'condition':
      return 'value > 0.5';
    case 'json_path':
      return '$.value';
    case 'curve':
      return 'ease_in_out';
    case 'transform':
      return 'identity';
    case 'transforms':
      return [];
    case 'table':
      return {};
    case 'keys':
      return 0;
    default:
      return '';
  }
}

/** A parameter as a box shows it. */
export function parameterText(value: unknown): string {
  return value === undefined || value === null
    ? ''
    : typeof value === 'string'
      ? value
      : // On the way to −0.5 somebody types −0.
        Object.is(value, -0)
        ? '-0'
        : JSON.stringify(value);
}

/**
 * What somebody typed for a parameter.
 *
 * @return undefined for nothing: the standard holds; the text itself if it is no number, or no JSON where only that can
 *     be: {@link broken} says so, and what somebody typed is neither lost nor left out silently
 */
export function parameterValue(parameter: Limits, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') {
    return undefined;
  }
  switch (parameter.kind) {
    case 'number':
    case 'whole': {
      const number = Number(trimmed.replace(',', '.'));
      return Number.isFinite(number) ? number : trimmed;
    }
    case 'switch':
      return trimmed === 'true';
    case 'choice':
    case 'text':
    case 'expression':
    case 'json_path':
      return trimmed;
    case 'condition':
      return /^[[{]/.test(trimmed) ? valueOf(trimmed) : trimmed;
    default:
      return valueOf(trimmed);
  }
}

/** What a value breaks of its limits; null if nothing. */
export function broken(
  parameter: Limits,
  value: unknown,
): 'missing' | 'least' | 'above' | 'most' | 'whole' | 'number' | 'syntax' | null {
  if (value === undefined || value === null || value === '') {
    return parameter.required ? 'missing' : null;
  }
  if (typeof value === 'string') {
    switch (parameter.kind) {
      case 'number':
      case 'whole':
        return Number.isFinite(Number(value)) ? null : 'number';
      case 'condition':
        return /^[[{]/.test(value) ? 'syntax' : null;
      case 'table':
        return 'syntax';
      default:
        return null;
    }
  }
  if (typeof value !== 'number') {
    return null;
  }
  if (parameter.kind === 'whole' && !Number.isInteger(value)) {
    return 'whole';
  }
  if (parameter.least !== undefined && value < parameter.least) {
    return 'least';
  }
  if (parameter.above !== undefined && value <= parameter.above) {
    return 'above';
  }
  return parameter.most !== undefined && value > parameter.most ? 'most' : null;
}

/** A chain has a value that {@link broken} marks; what is missing the router says. */
export function flawed(definition: unknown, catalogue: Catalogue): boolean {
  return (stepsOf(definition) ?? []).some((step) =>
    catalogue.transforms
      .find((type) => type.type === step.type)
      ?.parameters.some(
        (parameter) =>
          ![null, 'missing'].includes(broken(parameter, step[parameter.name])) ||
          (/^transforms?$/.test(parameter.kind) && flawed(step[parameter.name], catalogue)),
      ),
  );
}

/** For one line: {@code scale 0…1 → 0…255}. */
export function summaryOf(step: Step): string {
  const n = (name: string, otherwise: number) => parameterText(step[name] ?? otherwise);
  switch (step.type) {
    case 'scale':
      return `scale ${n('from_min', 0)}…${n('from_max', 1)} → ${n('to_min', 0)}…${n('to_max', 1)}`;
    case 'expression':
      return `= ${parameterText(step['expr'])}`;
    case 'curve':
      return `curve ${typeof step['curve_type'] === 'string' ? step['curve_type'] : Object.keys((step['curve_type'] as object) ?? {}).join()}`;
    default: {
      const rest = Object.entries(step)
        .filter(([key, value]) => key !== 'type' && (typeof value !== 'object' || value === null))
        .map(([key, value]) => `${key} ${parameterText(value)}`);
      return [step.type, ...rest].join(' ');
    }
  }
}
