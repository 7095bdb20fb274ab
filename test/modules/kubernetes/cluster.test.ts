import { expect } from 'chai';
import { clusterProbe, etcdProbe, nodeFilesProbe, pinsOf } from '../../../modules/kubernetes/cluster.ts';

// Made by openssl for this test; its pin by kubeadm's own recipe (openssl x509 -pubkey | openssl pkey -pubin -outform der | sha256sum).
const ca = `-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIUfizm/Vcc9o+vWWDqJ9DLj7QSg2QwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjMwNTMyMzdaGA8yMTI2MTAz
MDA1MzIzN1owFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABC2nopx2pIzel6v6zIRFJDGQQnMZuIDe1X/7yIhTggEo+7pmMETC
0vfM3R3LoG18d5sa+PnBuaRsjTDOQU+cJbajUzBRMB0GA1UdDgQWBBTHkEHxMjv0
kpc1IoxZ7uO7DY1b7zAfBgNVHSMEGDAWgBTHkEHxMjv0kpc1IoxZ7uO7DY1b7zAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDZUv9BMk5Eb23EM7re
r+gRgo1V93MZ8PekHpZRD20vcgIhAOegCk0hgqF0dkajFol27I1hhWuaeUU/yE2o
fvCGNU57
-----END CERTIFICATE-----
`;
const pin = 'sha256:45a3f7cc063d0fba238b7c8316fa017b8a4abd0400f7871aeaca42e6620ba1fd';
const out = (stdout: string, code = 0, stderr = '') => ({ code, stdout, stderr });

describe('what a node is seen to be', () => {
  it('bare', () =>
    expect(nodeFilesProbe.parse(out('kubelet inactive\n'))).to.deep.equal({
      files: [],
      pins: [],
      server: '',
      rotated: false,
      torn: false,
      busy: false,
      kubelet: 'inactive',
      readyz: null,
    }));
  it('a control plane', () =>
    expect(
      nodeFilesProbe.parse(
        out(
          `file adminConf\nfile kubeletConf\nfile apiManifest\nserver api.test:6443\nrotated\nkubelet active\nreadyz ok\n${ca}`,
        ),
      ),
    ).to.deep.equal({
      files: ['adminConf', 'kubeletConf', 'apiManifest'],
      pins: [pin],
      server: 'api.test:6443',
      rotated: true,
      torn: false,
      busy: false,
      kubelet: 'active',
      readyz: 'ok',
    }));
  it('pins of several certificates', () => expect(pinsOf(ca + ca)).to.deep.equal([pin, pin]));
});

describe('what a cluster is seen to be', () => {
  const node = {
    metadata: { name: 'n', labels: { a: 'b' } },
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
      nodeInfo: { kubeletVersion: 'v1.20.2' },
    },
  };
  const missing = 'Error from server (NotFound): configmaps "cluster-info" not found\n';

  it('nothing without admin.conf', () => expect(clusterProbe.parse(out('', 3))).to.deep.include({ answers: false }));
  it('silent, and why', () =>
    expect(clusterProbe.parse(out('', 4, 'The connection to the server was refused\n'))).to.deep.equal({
      answers: false,
      why: 'The connection to the server was refused',
    }));
  it('all of it', () =>
    expect(
      clusterProbe.parse(
        out(
          `--- nodes\n${JSON.stringify({ items: [node] })}\n--- configuration\n${JSON.stringify({ data: { ClusterConfiguration: 'x: 1\n' } })}\n--- discovery\n${missing}--- proxy\n{}\n`,
        ),
      ),
    ).to.deep.equal({
      answers: true,
      nodes: [
        { name: 'n', ready: true, why: '', version: 'v1.20.2', address: '192.0.2.1', labels: { a: 'b' }, taints: [] },
      ],
      configuration: 'x: 1\n',
      discovery: false,
      proxy: true,
    }));
});

describe('what etcd is seen to be', () => {
  const seen = `--- members
{"header":{},"members":[{"ID":3379146712315190944,"name":"n","peerURLs":["https://192.0.2.1:2380"],"clientURLs":["https://192.0.2.1:2379"]},{"ID":18446744073709551615,"peerURLs":["https://192.0.2.2:2380"],"isLearner":true}]}
--- health
https://192.0.2.1:2379 is healthy: successfully committed proposal: took = 9ms
`;
  it('its members, with ids of 64 bits', () =>
    expect(etcdProbe.parse(out(seen))).to.deep.equal([
      { id: '2ee524080779dea0', name: 'n', address: '192.0.2.1', learner: false, healthy: true },
      { id: 'ffffffffffffffff', name: '', address: '192.0.2.2', learner: true, healthy: false },
    ]));
  it('silent', () => expect(etcdProbe.parse(out('--- members\n', 1))).to.equal(null));
});
