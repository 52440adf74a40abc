import { expect, test } from 'vitest';
import {
  broken,
  definitionOf,
  newStep,
  parameterText,
  parameterValue,
  stepsOf,
  summaryOf,
  type TransformParameter,
} from '../src/lib/transforms';
import { isFlawed } from '../src/lib/mapping';

function parameter(more: Partial<TransformParameter>): TransformParameter {
  return { name: 'x', kind: 'number', required: false, standard: null, choices: [], help: '', ...more };
}

test('every way to write a transform becomes steps, and comes back as people write it', () => {
  const all: unknown[] = [
    undefined,
    'invert',
    '= value * 2',
    { type: 'scale', to_max: 255 },
    ['invert', { type: 'clamp', max: 5 }, '= value + 1'],
  ];
  for (const each of all) {
    expect(definitionOf(stepsOf(each) ?? [])).toEqual(each);
  }
  expect(stepsOf({ type: 'chain', transforms: ['abs', 'negate'] })).toEqual([{ type: 'abs' }, { type: 'negate' }]);
  expect(stepsOf([['abs', 'negate'], 'invert'])).toEqual([
    { type: 'chain', transforms: ['abs', 'negate'] },
    { type: 'invert' },
  ]);
});

test('what a form cannot show is left alone', () => {
  expect(stepsOf({ Scale: { to_max: 1 } })).toBeNull();
  expect(stepsOf(['abs', 7])).toBeNull();
});

test('what is typed becomes what the parameter takes', () => {
  expect(parameterValue(parameter({}), ' 0,5 ')).toBe(0.5);
  expect(parameterValue(parameter({}), '')).toBeUndefined();
  // What is no number stays as it was typed, to be marked.
  expect(parameterValue(parameter({}), 'x')).toBe('x');
  expect(parameterValue(parameter({ kind: 'table' }), '{')).toBe('{');
  expect(parameterText(parameterValue(parameter({}), '-0'))).toBe('-0');
  expect(parameterValue(parameter({ kind: 'switch' }), 'false')).toBe(false);
  expect(parameterValue(parameter({ kind: 'condition' }), 'value > 1')).toBe('value > 1');
  expect(parameterValue(parameter({ kind: 'condition' }), '[{"type":"not"}]')).toEqual([{ type: 'not' }]);
  expect(parameterValue(parameter({ kind: 'table' }), '{"1":2}')).toEqual({ 1: 2 });
  expect(parameterValue(parameter({ kind: 'keys' }), 'red')).toBe('red');
  expect(parameterValue(parameter({ kind: 'keys' }), '[0,2]')).toEqual([0, 2]);
});

test('limits are said before the router says them', () => {
  expect(broken(parameter({ required: true }), undefined)).toBe('missing');
  expect(broken(parameter({ above: 0 }), 0)).toBe('above');
  expect(broken(parameter({ least: 1, most: 9 }), 10)).toBe('most');
  expect(broken(parameter({ least: 1 }), 0)).toBe('least');
  expect(broken(parameter({ kind: 'whole' }), 1.5)).toBe('whole');
  expect(broken(parameter({}), 3)).toBeNull();
  expect(broken(parameter({}), '3')).toBeNull();
  expect(broken(parameter({}), '3x')).toBe('number');
  expect(broken(parameter({ kind: 'table' }), '{')).toBe('syntax');
  expect(broken(parameter({ kind: 'condition' }), '[{')).toBe('syntax');
  expect(broken(parameter({ kind: 'condition' }), 'value > 1')).toBeNull();
  expect(broken(parameter({ kind: 'text' }), 'x')).toBeNull();
});

test('a rule with a marked value is known, wherever it is', () => {
  const catalogue = {
    transforms: [
      { type: 'clamp', group: 'range', help: '', parameters: [parameter({ name: 'max', required: true })] },
      { type: 'at', group: 'structure', help: '', parameters: [parameter({ name: 'transform', kind: 'transform' })] },
    ],
    curves: [],
  };
  const rule = (more: object) => isFlawed({ from: '/a', to: '/b', ...more }, catalogue);
  expect(rule({})).toBe(false);
  expect(rule({ rate: 30, deadband: 0, priority: -1, when: 'value > 0', transform: { type: 'clamp', max: 1 } })).toBe(false);
  expect(rule({ rate: '3o' })).toBe(true);
  expect(rule({ rate: 0 })).toBe(true);
  expect(rule({ deadband: -1 })).toBe(true);
  expect(rule({ priority: 1.5 })).toBe(true);
  expect(rule({ when: '[{' })).toBe(true);
  expect(rule({ transform: { type: 'clamp', max: 'x' } })).toBe(true);
  expect(rule({ transform: ['invert', { type: 'at', transform: { type: 'clamp', max: 'x' } }] })).toBe(true);
  expect(rule({ inverse: { type: 'clamp', max: 'x' } })).toBe(true);
  // The router says what is missing, and what it does not know.
  expect(rule({ transform: ['clamp', { type: 'new', max: 'x' }, { Scale: 1 }] })).toBe(false);
});

test('a new step has what must be there', () => {
  const type = {
    type: 'at',
    group: 'structure',
    help: '',
    parameters: [parameter({ name: 'at', kind: 'keys', required: true }), parameter({ name: 'transform', kind: 'transform', required: true }), parameter({ name: 'z' })],
  };
  expect(newStep(type)).toEqual({ type: 'at', at: 0, transform: 'identity' });
  expect(summaryOf({ type: 'scale', to_max: 255 })).toBe('scale 0…1 → 0…255');
  expect(summaryOf({ type: 'clamp', max: 3 })).toBe('clamp max 3');
  expect(summaryOf({ type: 'curve', curve_type: { gamma: 2 } })).toBe('curve gamma');
});
