/** `v1.20.2` and `1.20.2` as [1, 20]. */
function minorOf(version: string): readonly [number, number] {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version.trim()) ?? [];
  return [Number(major ?? Number.NaN), Number(minor ?? Number.NaN)];
}

export type ApiVersion = 'v1beta2' | 'v1beta3' | 'v1beta4';

/** The newest configuration that a kubeadm reads; undefined where it is older than all that are known here. */
export function apiVersionOf(kubeadm: string): ApiVersion | undefined {
  const [major, minor] = minorOf(kubeadm);
  if (major !== 1) return undefined;
  return minor >= 31 ? 'v1beta4' : minor >= 22 ? 'v1beta3' : minor >= 15 ? 'v1beta2' : undefined;
}
