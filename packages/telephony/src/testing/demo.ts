import type { ConfigInput } from './config.ts';

/** The domain `demo.kommutator.test` of DESIGN §4. */
export const DEMO: ConfigInput = {
  name: 'demo.kommutator.test',
  company: 'Демо',
  defaultOutgoingNumber: '74951230001',
  users: {
    admin: { extension: '100', name: 'Администратор' },
    anna: { extension: '101', name: 'Анна' },
    boris: { extension: '102', name: 'Борис' },
    vera: { extension: '103', name: 'Вера', operator: true },
    gleb: { extension: '104', name: 'Глеб', operator: true },
  },
  groups: {
    Продажи: { extension: '500', algorithm: 'all', members: ['anna', 'boris'] },
    Поддержка: { extension: '501', algorithm: 'acd_idle', members: ['vera', 'gleb'] },
  },
  scenarios: ['Приветствие'],
  pickupGroups: [['anna', 'boris', 'vera']],
  echo: '999',
  numbers: {
    '74951230001': [{ to: { group: 'Продажи' } }],
    '74951230002': [{ to: { ivr: 'Приветствие' } }],
    '74951230003': [{ to: { user: 'anna' } }],
    '74951230004': [],
  },
};

/** Its neighbour in the pool. */
export const FILIAL: ConfigInput = {
  name: 'filial.kommutator.test',
  company: 'Филиал',
  users: {
    admin: { extension: '100', name: 'Администратор' },
    ivan: { extension: '101', name: 'Иван' },
  },
};
