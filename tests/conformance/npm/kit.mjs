// The work of an integration on a running server by fhir-kit-client; what it saw, as JSON.
//
// https://www.npmjs.com/package/fhir-kit-client
//
// Arguments: the address of the server, a folder for the files of an export.

import { Client } from 'fhir-kit-client';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [baseUrl, folder] = process.argv.slice(2);
const client = new Client({ baseUrl });
const PATIENT = { resourceType: 'Patient', identifier: [{ system: 'urn:example:kit', value: '1' }], gender: 'female' };

async function everyPage(first) {
  const found = [];
  for (let bundle = await first; bundle; bundle = await client.nextPage({ bundle })) {
    found.push(...(bundle.entry ?? []).map(({ resource }) => resource));
  }
  return found.map(({ resourceType, id }) => `${resourceType}/${id}`);
}

async function refused(work) {
  try {
    await work;
    return null;
  } catch ({ response }) {
    return { status: response.status, type: response.data.resourceType };
  }
}

async function reading() {
  const [study] = (await client.search({ resourceType: 'ResearchStudy' })).entry;
  const searchParams = { code: 'http://loinc.org|751-8', _count: 100 };
  return {
    fhirVersion: (await client.capabilityStatement()).fhirVersion,
    counts: await everyPage(client.search({ resourceType: 'Observation', searchParams })),
    posted: await everyPage(client.search({ resourceType: 'Observation', searchParams, options: { postSearch: true } })),
    everything: await everyPage(
      client.operation({
        name: '$everything',
        resourceType: 'ResearchStudy',
        id: study.resource.id,
        method: 'GET',
        input: { _count: '1000' },
      }),
    ),
    nobody: await refused(client.read({ resourceType: 'Patient', id: 'nobody' })),
    unknown: await refused(client.search({ resourceType: 'Patient', searchParams: { shoe: '42' } })),
  };
}

async function writing() {
  const ifNoneExist = { headers: { 'If-None-Exist': 'identifier=urn:example:kit|1' } };
  const created = await client.create({ resourceType: 'Patient', body: PATIENT, options: ifNoneExist });
  const again = await client.create({ resourceType: 'Patient', body: PATIENT, options: ifNoneExist });
  const { id } = created;
  const place = { resourceType: 'Patient', id };
  const body = { ...created, birthDate: '1980-05' };
  const first = { headers: { 'If-Match': 'W/"1"' } };
  const updated = await client.update({ ...place, body, options: first });
  const lost = await refused(client.update({ ...place, body, options: first }));
  const jsonPatch = [{ op: 'replace', path: '/gender', value: 'other' }];
  const patched = await client.patch({ ...place, jsonPatch });
  const old = await client.vread({ ...place, version: '1' });
  await client.delete(place);
  const history = await client.history(place);
  return {
    same: created.id === again.id,
    created: Client.httpFor(created).response.status,
    again: Client.httpFor(again).response.status,
    versions: [created, updated, patched, old].map(({ meta }) => meta.versionId),
    gender: patched.gender,
    lost,
    gone: await refused(client.read(place)),
    history: history.entry.map(({ request }) => request.method),
  };
}

async function transaction() {
  const patient = 'urn:uuid:3f1a3c1e-0000-4000-8000-000000000001';
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'weight' },
    subject: { reference: patient },
    valueQuantity: { value: 70.5, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  };
  const body = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl: patient, resource: PATIENT, request: { method: 'POST', url: 'Patient' } },
      { resource: observation, request: { method: 'POST', url: 'Observation' } },
    ],
  };
  const answer = await client.transaction({ body });
  const [one, other] = answer.entry.map(({ response }) => response.location.split('/').slice(-4, -2).join('/'));
  const stored = await client.read({ resourceType: 'Observation', id: other.split('/')[1] });
  return { type: answer.type, refers: stored.subject.reference === one };
}

async function download({ type, url, count }, index) {
  const text = await (await fetch(url)).text();
  writeFileSync(join(folder, `${index}.${type}.ndjson`), text);
  const lines = text.trimEnd().split('\n').map(JSON.parse);
  return { type, count, lines: lines.length, types: [...new Set(lines.map(({ resourceType }) => resourceType))] };
}

async function exporting() {
  const kickOff = await client.request('$export?_type=Patient,Observation', {
    options: { headers: { prefer: 'respond-async' } },
  });
  const address = Client.httpFor(kickOff).response.headers.get('content-location');
  let answer = await fetch(address);
  while (answer.status === 202 || answer.status === 429) {
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get('retry-after') ?? 1)));
    answer = await fetch(address);
  }
  const manifest = await answer.json();
  return { status: answer.status, errors: manifest.error, files: await Promise.all(manifest.output.map(download)) };
}

const told = { reading: await reading(), exporting: await exporting(), writing: await writing() };
console.log(JSON.stringify({ ...told, transaction: await transaction() }));
