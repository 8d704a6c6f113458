import { HONG, type Person } from '../people.ts';

interface WindowPerson {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly person: Person;
}

/** The people to pick from in the window: one person for each difference that a merchant has to handle. */
export function windowPeople(now: number): readonly WindowPerson[] {
  const minorBirthday = `${new Date(now).getUTCFullYear() - 15}-01-01`;
  return [
    { id: 'adult', title: '홍길동', detail: '성인, 1990년생', person: HONG },
    {
      id: 'minor',
      title: '홍길동 (미성년자)',
      detail: '열다섯 살',
      person: { ...HONG, birthday: minorBirthday },
    },
    {
      id: 'foreigner',
      title: 'HONG GILDONG (외국인)',
      detail: '외국인등록번호를 쓰는 사람',
      person: { ...HONG, name: 'HONG GILDONG', gender: 'female', isForeigner: true, carrier: 'LGT_MVNO' },
    },
    {
      id: 'without-ci',
      title: '홍길동 (CI 없음)',
      detail: 'CI를 주지 않는 인증 수단',
      person: { ...HONG, hasCi: false },
    },
  ];
}
