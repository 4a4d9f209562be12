import 'i18next';
import type account from '../locales/ru/account.json';
import type actions from '../locales/ru/actions.json';
import type calls from '../locales/ru/calls.json';
import type frame from '../locales/ru/frame.json';
import type numbers from '../locales/ru/numbers.json';
import type users from '../locales/ru/users.json';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'frame';
    resources: {
      frame: typeof frame;
      calls: typeof calls;
      users: typeof users;
      numbers: typeof numbers;
      actions: typeof actions;
      account: typeof account;
    };
  }
}
