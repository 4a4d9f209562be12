import { describe, expect, it } from 'vitest';
import { areaOf, DOMAIN_RIGHTS, mayCall, ROLES, rightsOf, WIDE_RIGHTS } from '../src/rights/index.ts';

describe('ACC-8 roles and their rights', () => {
  it('ACC-8 a plain user has only what is his own, the operator flag adds nothing in the cabinet', () => {
    const own = ['calls.export', 'calls.own', 'jobs.own', 'live', 'profile.own', 'search'];
    expect([...rightsOf(['user'])].sort()).toEqual(own);
    expect([...rightsOf(['user', 'operator'])].sort()).toEqual(own);
  });

  it('ACC-8 an administrator has every right of the domain and none beyond it', () => {
    expect([...rightsOf(['user', 'admin'])].sort()).toEqual([...DOMAIN_RIGHTS].sort());
  });

  it.each(['pool.admin', 'pool.supervisor', 'provider'] as const)('%s has no right inside a domain', role => {
    expect([...rightsOf([role])].every(right => (WIDE_RIGHTS as readonly string[]).includes(right))).toBe(
      true,
    );
  });

  it('without a session only what is open to anyone', () => {
    expect(mayCall('anyone', null)).toBe(true);
    expect(mayCall('signedIn', null)).toBe(false);
    expect(mayCall('calls.own', null)).toBe(false);
    expect(mayCall('signedIn', new Set())).toBe(true);
    expect(mayCall('calls.own', new Set())).toBe(false);
  });

  it('ACC-4.1 everybody has a place to arrive at', () => {
    expect(ROLES.map(role => areaOf([role]))).toEqual([
      'personal',
      'personal',
      'domain',
      'pool',
      'pool',
      'provider',
    ]);
    expect(areaOf(['user', 'operator', 'admin'])).toBe('domain');
  });
});
