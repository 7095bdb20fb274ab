import { expect } from 'chai';
import { parseHierarchies } from '../../engine/lab/cgroup.ts';
import { knownHost } from '../../engine/lab/identity.ts';
import { builtinModules } from '../../engine/lab/kernel-modules.ts';
import { cableOf, checkHosts } from '../../engine/lab/names.ts';
import { recordOf } from '../../engine/lab/process.ts';
import { withPassword } from '../../engine/lab/seed.ts';
import { sourceLines } from '../../engine/lab/sources.ts';
import { escapeLayer, mountPoints } from '../../engine/lab/storage.ts';
import { isAlive, parseStat } from '../../engine/source/process.ts';

describe('lab', () => {
  it('reads a process whose name has spaces and parentheses', () => {
    const rest = ['S', '7', ...Array.from({ length: 17 }, (_, i) => String(i)), '4711', '0'];
    expect(parseStat(`42 (a (b) c) ${rest.join(' ')}\n`)).to.deep.equal({ state: 'S', parent: 7, start: '4711' });
  });

  it('does not take another process with the same pid for the one recorded', () => {
    const own = recordOf(process.pid);
    expect(isAlive(own)).to.equal(true);
    expect(isAlive({ ...own, start: '1' })).to.equal(false);
    expect(isAlive({ ...own, boot: 'before' })).to.equal(false);
    expect(isAlive(undefined)).to.equal(false);
  });

  it('finds control group hierarchies of both versions', () => {
    const mounts = [
      'tmpfs /sys/fs/cgroup tmpfs rw 0 0',
      'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0',
      'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
      'cgroup /srv/root/sys/fs/cgroup cgroup rw 0 0',
    ];
    expect(parseHierarchies(mounts.join('\n'))).to.deep.equal([
      { path: '/sys/fs/cgroup/cpu', version: 1 },
      { path: '/sys/fs/cgroup/unified', version: 2 },
    ]);
  });

  it('reads mount points with spaces', () => {
    expect(mountPoints('a /x\\040y ext4 rw 0 0\nb /z tmpfs rw 0 0')).to.deep.equal(['/x y', '/z']);
  });

  it('escapes what parts layers and options', () => {
    expect(escapeLayer('/a:b,c\\d')).to.equal('/a\\:b\\,c\\\\d');
  });

  it("takes the hosts' release from this machine's sources, each line once", () => {
    const targets = [
      'http://mirror.example/debian/\tbookworm\tmain',
      'http://mirror.example/debian/\tbookworm\tmain',
      'http://mirror.example/debian/\tbookworm\tcontrib',
      'http://mirror.example/debian-security/\tbookworm-security\tmain',
      'http://mirror.example/debian/\ttrixie\tmain',
    ];
    const lines = sourceLines(targets.join('\n'));
    expect(lines.map((line) => line.replace(/^deb \[[^\]]*\] /, ''))).to.deep.equal([
      'http://mirror.example/debian/ bookworm main',
      'http://mirror.example/debian-security/ bookworm-security main',
    ]);
  });

  it('lists the modules that a kernel has built in, not those that it loads', () => {
    const config = 'CONFIG_OVERLAY_FS=y\nCONFIG_BRIDGE_NETFILTER=m\n# CONFIG_IP_VS is not set\nCONFIG_IP_VS_RR=y\n';
    expect(builtinModules(config)).to.deep.equal([
      'kernel/fs/overlayfs/overlay.ko',
      'kernel/net/netfilter/ipvs/ip_vs_rr.ko',
    ]);
  });

  it('gives a user a password and touches nobody else', () => {
    const shadow = 'root:*:1:0:::::\noperator:!:1:0:::::\noperators:!:1::\n';
    expect(withPassword(shadow, 'operator', '$6$a$&b')).to.equal(
      shadow.replace('operator:!', () => 'operator:$6$a$&b'),
    );
  });

  it('writes known_hosts names as ssh looks them up', () => {
    expect(knownHost({ listen: '127.20.1.5', port: 22 })).to.equal('127.20.1.5');
    expect(knownHost({ listen: '127.20.1.5', port: 2222 })).to.equal('[127.20.1.5]:2222');
  });

  it('makes interface names that the kernel takes, for host names of any length', () => {
    const names = ['a', 'b'.repeat(53)].map(cableOf);
    expect(new Set(names).size).to.equal(2);
    for (const name of names) expect(name.length).to.be.at.most(15);
  });

  it('refuses hosts that it cannot make, all at once', () => {
    const good = { name: 'a', address: '10.20.1.5', listen: '127.20.1.5', port: 22 };
    expect(() => checkHosts([good])).not.to.throw();
    const bad = [good, { ...good, name: 'B_' }, { name: 'c', address: '10.20.1.1', listen: '192.0.2.1', port: 22 }];
    expect(() => checkHosts(bad)).to.throw(
      /machine name[^]*10\.20\.1\.5 is already used by a[^]*node_ip 10\.20\.1\.1[^]*not a loopback/,
    );
  });
});
