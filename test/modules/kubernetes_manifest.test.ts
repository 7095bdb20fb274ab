import { expect } from 'chai';
import { differencesOf } from '../../modules/kubernetes/kubernetes_manifest.ts';

const object = (
  name: string,
  body: string,
): string => `diff -u -N -U 99999 /tmp/LIVE-1/v1.ConfigMap.shop.${name} /tmp/MERGED-2/v1.ConfigMap.shop.${name}
--- /tmp/LIVE-1/v1.ConfigMap.shop.${name}	2026-11-23 05:29:29 +0000
+++ /tmp/MERGED-2/v1.ConfigMap.shop.${name}	2026-11-23 05:29:29 +0000
@@ -1,9 +1,9 @@
${body}`;

describe("kubectl's diff", () => {
  it('becomes one difference for each object, without what the server writes itself', () => {
    const changed = object(
      'a',
      ` apiVersion: v1
 data:
-  x: "1"
+  x: "2"
 metadata:
   managedFields:
   - apiVersion: v1
-    time: "1"
+    time: "2"
   name: a
-  resourceVersion: "1"
+  resourceVersion: "2"
`,
    );
    const fresh = object(
      'b',
      `+kind: ConfigMap
+metadata:
+  name: b
+  uid: 1
`,
    );
    expect(differencesOf(changed + fresh)).to.deep.equal([
      {
        what: 'ConfigMap shop/a',
        from: 'apiVersion: v1\ndata:\n  x: "1"\nmetadata:\n  name: a',
        to: 'apiVersion: v1\ndata:\n  x: "2"\nmetadata:\n  name: a',
      },
      { what: 'ConfigMap shop/b', from: null, to: 'kind: ConfigMap\nmetadata:\n  name: b' },
    ]);
  });

  it('is nothing where only a manager is new', () => {
    const managed = object(
      'a',
      ` kind: ConfigMap
 metadata:
+  managedFields:
+  - apiVersion: v1
+    manager: before-first-apply
   name: a
`,
    );
    expect(differencesOf(managed)).to.deep.equal([]);
  });
});
